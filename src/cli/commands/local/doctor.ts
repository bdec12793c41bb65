import { examineComputer, type Finding, installMissing } from "../../../local-cloud/doctor.ts";
import { defineCommand, toggle } from "../../define-command.ts";
import { table } from "../../table.ts";

export const doctor = defineCommand({
  summary: "Say what this machine can do, and install what is missing",
  examples: ["local doctor", "local doctor --fix"],
  details: "--fix installs Debian packages by apt-get, as root; elsewhere it says what to install.",
  flags: { fix: toggle("install what is missing") },
  positionals: {},
  async run({ fix }, { options, report }) {
    const { stateDirectory } = options;
    const first = await examineComputer({ stateDirectory });
    const installed = fix && !options.dryRun ? await installMissing(first, report) : [];
    const now = installed.length > 0 ? await examineComputer({ stateDirectory }) : first;
    return { ...now, installed };
  },
  render: ({ backend, reason, findings, installed }) =>
    [
      `backend: ${backend} (${reason})`,
      table(["CHECK", "STATE", "DETAIL"], findings.map(findingRow)),
      ...(installed.length > 0 ? [`installed: ${installed.join(" ")}`] : []),
    ].join("\n"),
});

function findingRow({ name, state, detail, debianPackage }: Finding): string[] {
  const remedy = state !== "ok" && debianPackage ? ` (Debian package ${debianPackage})` : "";
  return [name, state, `${detail}${remedy}`];
}
