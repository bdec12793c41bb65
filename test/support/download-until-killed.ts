// A process of its own that downloads a prefix and tells its progress, so that a test can kill it.
import { connect } from "../../src/aws/connect.ts";
import { downloadPrefix } from "../../src/transfer/download-prefix.ts";

const [options = "", bucket = "", prefix = "", directory = ""] = process.argv.slice(2);
const aws = connect(JSON.parse(options) as Parameters<typeof connect>[0]);

await downloadPrefix(aws, { bucket, prefix }, directory, {
  onProgress: ({ objects }) => void process.stdout.write(`${objects}\n`),
});
