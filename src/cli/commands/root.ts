import { aws } from "./aws.ts";
import { cost } from "./cost.ts";
import { local } from "./local.ts";
import type { Branch } from "./tree.ts";

const s3: Branch = {
  summary: "Move data between S3 and disks",
  words: {
    upload: {
      summary: "Upload a file or a folder",
      load: async () => (await import("./s3/upload.ts")).upload,
    },
    download: {
      summary: "Download an object or a prefix",
      load: async () => (await import("./s3/download.ts")).download,
    },
    list: {
      summary: "List the objects below a prefix",
      load: async () => (await import("./s3/list.ts")).list,
    },
  },
};

export const root: Branch = {
  summary: "runctl keeps ML training alive on AWS spot instances with persistent EBS volumes.",
  words: {
    aws,
    s3,
    cost,
    local,
    demo: {
      summary: "The whole story on a local cloud of its own, with a timeline",
      load: async () => (await import("./demo.ts")).demo,
    },
  },
};
