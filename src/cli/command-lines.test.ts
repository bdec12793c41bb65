import assert from "node:assert/strict";
import { test } from "node:test";
import { root } from "./commands/root.ts";
import type { Branch } from "./commands/tree.ts";
import type { Command } from "./define-command.ts";
import { findCommand } from "./find-command.ts";
import { parseCommand } from "./parse-command.ts";
import { commandHelp } from "./show-help.ts";

/** Words as a shell would split these lines, which have no quotes. */
const split = (line: string) => line.split(/\s+/);

async function read(line: string): Promise<Record<string, unknown>> {
  const found = findCommand(root, split(line));
  const command = await found.branch.load?.();
  if (!command) throw new Error(`'${line}' is no command`);
  return parseCommand(command, found);
}

/** Every command of the tree with its path. */
async function* commands(
  branch: Branch = root,
  path: string[] = [],
): AsyncGenerator<{ path: string[]; branch: Branch; command: Command }> {
  if (branch.load) yield { path, branch, command: await branch.load() };
  for (const [word, child] of Object.entries(branch.words ?? {})) {
    yield* commands(child, [...path, word]);
  }
}

test("the help of every command begins with examples, and each of them is read", async () => {
  let count = 0;
  for await (const { path, branch, command } of commands()) {
    count += 1;
    const line = path.join(" ");
    assert.match(commandHelp(path, command, branch), /^Examples:\n {2}runctl /, line);
    for (const example of command.examples) {
      const typed = example.replace(/ +#.*$/, "").replaceAll("'", "");
      assert.ok(typed.startsWith(line), `${example} is an example of ${line}`);
      await read(typed);
    }
  }
  assert.ok(count >= 24, `only ${count} commands were seen`);
});

test("the summary of a command is the one that its group lists", async () => {
  for await (const { path, branch, command } of commands()) {
    assert.notEqual(command.summary, "", path.join(" "));
    assert.notEqual(branch.summary, "", path.join(" "));
  }
});

const vol = "vol-0123456789abcdef0";
const instance = "i-0123456789abcdef0";

const works = [
  "aws ebs create --size 500 --type gp3 --name training-datasets --pre-warm s3://bucket/datasets/",
  "aws ebs create --type io2 --multi-attach --size 1000 --name shared-datasets",
  "aws ebs create --type gp3 --size 500 --iops 3000 --throughput 125",
  "aws ebs create --size 500 --throughput 300MiB/s",
  "aws ebs create --size 5 --availability-zone us-east-1a --role checkpoint --lifetime keep --fs xfs --kms-key K --tag a=b --tag c=d --project P",
  "aws ebs list --name N --state in-use --unused --zone us-east-1a",
  `aws ebs show ${vol}`,
  `aws ebs attach ${vol} --instance ${instance} --device /dev/sdf`,
  `aws ebs detach ${vol} --instance ${instance} --force`,
  `aws ebs delete ${vol}`,
  `aws ebs pre-warm ${vol} s3://bucket/data/ --mount /mnt/data`,
  "aws setup --read s3://bucket --read s3://bucket/p --write s3://bucket/p --kms-key A --print-policy --instance-profile N --staging-bucket B --permissions-boundary A",
  `aws create --spot --ebs-volume ${vol} --mount-point /mnt/data`,
  `aws create --ebs-volume ${vol}`,
  `aws create --spot --ebs-volume ${vol} --ebs-mount /mnt/data --ebs-persist`,
  `aws create --spot --ami ami-0123456789abcdef0 --ebs-volume ${vol}`,
  "aws create --spot --ebs-volume data:/mnt/data:ro --ebs-volume ckpt:/mnt/ckpt --code ./train -- python3 train.py --resume",
  "aws create --instance-type a.large --instance-type b.large --subnet subnet-0123456789abcdef0 --security-group sg-0123456789abcdef0 --root-size 30 --name N --env K=V --when-done keep --as-root --grace 90s --poll 2s --wait",
  "aws list",
  `aws show ${instance}`,
  `aws logs ${instance} --follow`,
  `aws stop ${instance}`,
  `aws terminate ${instance}`,
  "s3 upload --parallel 5 ./data/ s3://bucket/data/",
  "s3 upload --compress --use-acceleration ./data/ s3://bucket/data/",
  "s3 download --parallel 10 s3://bucket/data/ ./data/",
  "s3 download --use-acceleration s3://bucket/data/ ./data/",
  "s3 download --bandwidth-limit 100MiB/s --exclude=*.tmp --include a.tmp --delete --symlinks keep --no-decompress --verify --page-cache drop s3://bucket/data/ ./data/",
  "s3 list s3://bucket/prefix",
  "cost advise --dataset 500GB --restarts 30/month --instance-type g5.xlarge --all-pairs",
  "cost simulate --trace FILE",
  "cost simulate --trace FILE --trace-ones preempted --zone us-east-1a --start 180h --work 40h --deadline 60h --changeover 12m --as-papers",
  "cost simulate --dataset 150GB --plan s3-nvme --plan hybrid --policy greedy --placement cheapest --checkpoints 15m --checkpoints age-dependent --jobs 10 --replicas 5 --seed 3 --workers 2 --report out.html",
  "local up --detach --port 0 --time-scale 0.5 --backend null",
  "local down",
  "local status",
  "local doctor --fix",
  "local env",
  `local interrupt ${instance} --notice 120s --rebalance`,
  `local interrupt ${instance} --no-notice`,
  "demo",
];
for (const line of works) {
  test(`is read: ${line}`, async () => {
    await read(line);
  });
}

const later = [
  "aws ebs create --size 5 --lifetime run",
  `aws ebs modify ${vol} --size 5`,
  `aws ebs delete ${vol} --snapshot-first`,
  `aws ebs verify ${vol}`,
  `aws ebs snapshot ${vol} --description x`,
  "aws ebs snapshot list",
  "aws ebs snapshot prune --keep-last 3",
  "aws ebs snapshot schedule --every 24h --keep 7 --tag k=v",
  "aws ebs restore snap-0123456789abcdef0 --size 100",
  `aws ebs clone ${vol}`,
  `aws ebs monitor ${vol} --since 1h`,
  "aws ebs cleanup --older-than 7d",
  "aws create --spot --ebs-snapshot snap-0123456789abcdef0 --mount-point /mnt/checkpoints",
  `aws create --spot --instance-type c5.2xlarge --ebs-optimized --ebs-volume ${vol} --ebs-persist`,
  `aws create --spot --placement-group cluster --ebs-volume ${vol}`,
  `aws create --spot --instance-store /dev/sdb --ebs-volume ${vol}`,
  "aws create --instance-store-mount=/mnt/scratch",
  "aws create --spot --availability-zone us-east-1a --s3-bucket-region us-east-1",
  "aws create --ebs-ephemeral",
  "aws create --key-name K",
  "aws create --secret K=ssm:/path",
  "aws create --mirror /a:/b",
  "aws create --timeout 1h",
  `aws exec ${instance} -- ls`,
  `aws ssh ${instance}`,
  `aws ami create --instance-id ${instance} --name training-base`,
  "aws ami list",
  "local up --backend process",
  "local fault set",
  "local fault list",
];
for (const line of later) {
  test(`is refused as not yet: ${line}`, async () => {
    await assert.rejects(read(line), { code: "NOT_YET" });
  });
}

const refused: [line: string, error: { code: string; message?: RegExp; hint?: string }][] = [
  ["awss", { code: "USAGE", hint: "did you mean 'runctl aws'?" }],
  ["aws ebs creat", { code: "USAGE", hint: "did you mean 'runctl aws ebs create'?" }],
  ["aws ebs create --siez 5", { code: "USAGE", hint: "did you mean --size?" }],
  ["aws ebs create --az us-east-1a", { code: "USAGE", hint: "did you mean --availability-zone?" }],
  ["aws list --ouptut json", { code: "USAGE", hint: "did you mean --output?" }],
  ["aws --regoin x list", { code: "USAGE", hint: "did you mean --region?" }],
  ["constructor", { code: "USAGE", message: /unknown command 'constructor'/ }],
  ["aws toString", { code: "USAGE", message: /unknown command 'aws toString'/ }],
  ["aws list --region --quiet", { code: "USAGE", message: /--region needs a value/ }],
  ["aws create --name --spot", { code: "USAGE", message: /--name needs a value/ }],
  ["aws list surplus", { code: "USAGE", message: /unexpected 'surplus'/ }],
  ["aws create python3 train.py", { code: "USAGE", hint: "a command to run stands after --" }],
  ["aws ebs show vol-123", { code: "INVALID_ID" }],
  ["aws ebs show i-0123456789abcdef0", { code: "INVALID_ID" }],
  ["aws ebs attach data --instance i-12345", { code: "INVALID_ID" }],
  ["aws ebs show list", { code: "USAGE", message: /is a subcommand/ }],
  ["aws terminate i-XYZ", { code: "INVALID_ID" }],
  ["aws create --ami ami-1", { code: "INVALID_ID" }],
  ["aws create --ebs-volume vol-1:/mnt/a", { code: "INVALID_ID" }],
  ["aws create --mount-point /etc", { code: "USAGE", message: /the system has files there/ }],
  ["aws ebs create --size 10GB", { code: "USAGE", hint: "give 10" }],
  ["aws ebs create --size 5TB", { code: "USAGE", hint: "give 5120" }],
  ["aws create --root-size 1.5T", { code: "USAGE", message: /not a whole number/ }],
  [
    "s3 upload s3://b/data/ ./data/",
    { code: "USAGE", hint: "the other way it is: runctl s3 download s3://b/data/ DIRECTORY" },
  ],
  ["s3 download s3://bucket/data/ s3://c/", { code: "USAGE", message: /^target: .s3/ }],
  ["s3 list bucket/key", { code: "USAGE", message: /not an S3 address/ }],
];
for (const [line, error] of refused) {
  test(`is refused: ${line}`, async () => {
    await assert.rejects(read(line), error);
  });
}

test("what a shell cannot make a variable of is refused before anything is launched", async () => {
  for (const name of ["my-var", "1ST", "A;id;B", "A\nB"]) {
    const found = findCommand(root, ["aws", "create", "--env", `${name}=1`]);
    const command = await found.branch.load!();
    assert.throws(() => parseCommand(command, found), { code: "USAGE", message: /variable/ });
  }
  await read("aws create --env _A1=b=c --env EMPTY=");
});
