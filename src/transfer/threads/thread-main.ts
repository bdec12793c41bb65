import { parentPort, workerData } from "node:worker_threads";
import type { ThreadSettings } from "./range-order.ts";
import { serveRanges } from "./serve-ranges.ts";

// Where a thread of the transfer begins.
serveRanges(parentPort!, workerData as ThreadSettings);
