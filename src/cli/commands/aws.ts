import { type Branch, notYet } from "./tree.ts";

const fromSnapshot =
  "aws ec2 create-volume --snapshot-id snap-… --availability-zone ZONE; " +
  "'runctl aws create --ebs-volume vol-…' takes it by its id";

const ebs: Branch = {
  summary: "EBS volumes that outlive instances",
  words: {
    create: {
      summary: "Create a volume, and fill it from S3 if asked to",
      load: async () => (await import("./aws/ebs/create.ts")).create,
    },
    list: {
      summary: "List volumes",
      load: async () => (await import("./aws/ebs/list.ts")).list,
    },
    show: {
      summary: "Show one volume",
      load: async () => (await import("./aws/ebs/show.ts")).show,
    },
    attach: {
      summary: "Attach a volume to an instance",
      load: async () => (await import("./aws/ebs/attach.ts")).attach,
    },
    detach: {
      summary: "Unmount and detach a volume",
      load: async () => (await import("./aws/ebs/detach.ts")).detach,
    },
    delete: {
      summary: "Delete a volume and its data",
      load: async () => (await import("./aws/ebs/delete.ts")).deleteCommand,
    },
    "pre-warm": {
      summary: "Fill a volume from S3 and verify it",
      load: async () => (await import("./aws/ebs/pre-warm.ts")).preWarm,
    },
    modify: notYet(
      "Change size, type or performance",
      "aws ec2 modify-volume --volume-id vol-… --size GiB; its file system grows at the next mount",
    ),
    verify: notYet(
      "Read a volume back against its manifest",
      "runctl aws ebs pre-warm VOLUME SOURCE, which reads all back, too",
    ),
    snapshot: notYet(
      "Take, list and prune snapshots",
      "aws ec2 create-snapshot --volume-id vol-…, once the volume is detached or its command has ended",
    ),
    restore: notYet("Make a volume from a snapshot", fromSnapshot),
    clone: notYet(
      "Copy a volume",
      `aws ec2 create-snapshot --volume-id vol-…, then ${fromSnapshot}`,
    ),
    monitor: notYet("Show what a volume is doing"),
    cleanup: notYet(
      "Find and remove what was forgotten",
      "'runctl aws list' and 'runctl aws ebs list --unused' show what costs",
    ),
  },
};

export const aws: Branch = {
  summary: "Volumes and instances",
  words: {
    setup: {
      summary: "Prepare the account: role, staging bucket, runtime",
      load: async () => (await import("./aws/setup.ts")).setup,
    },
    create: {
      summary: "Launch an instance with its volumes mounted",
      load: async () => (await import("./aws/create.ts")).create,
    },
    list: {
      summary: "List instances",
      load: async () => (await import("./aws/list.ts")).list,
    },
    show: {
      summary: "Show one instance",
      load: async () => (await import("./aws/show.ts")).show,
    },
    logs: {
      summary: "Show what the command on an instance printed",
      load: async () => (await import("./aws/logs.ts")).logs,
    },
    stop: {
      summary: "Stop an instance in an orderly way",
      load: async () => (await import("./aws/stop.ts")).stop,
    },
    terminate: {
      summary: "Terminate an instance; its volumes stay",
      load: async () => (await import("./aws/terminate.ts")).terminate,
    },
    ebs,
    exec: notYet("Run a command on an instance"),
    ssh: notYet("Open a shell on an instance"),
    ami: notYet(
      "Make and list AMIs",
      "aws ec2 create-image --instance-id i-… --name NAME; 'runctl aws create --ami ami-…' takes it",
    ),
  },
};
