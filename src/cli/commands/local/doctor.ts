import {
  type Examination,
  examineComputer,
  type Finding,
  installMissing,
} from "../../../local-cloud/doctor.ts";
import { defineCommand, toggle } from "../../define-command.ts";
import { dryRun, isDryRun, renderDryRun } from "../../dry-run.ts";
import { nullBackendWords } from "../../warn-of-no-machines.ts";
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
    if (fix && options.dryRun) {
      const missing = first.findings.filter(
        ({ state, debianPackage }) => state !== "ok" && debianPackage,
      );
      return dryRun(
        missing.map(({ debianPackage }) => `install the Debian package ${debianPackage}`),
      );
    }
    const installed = fix ? await installMissing(first, report) : [];
    const now = installed.length > 0 ? await examineComputer({ stateDirectory }) : first;
    return { ...now, installed };
  },
  render: (result) => (isDryRun(result) ? renderDryRun(result) : show(result)),
});

function show({
  backend,
  reason,
  findings,
  installed,
}: Examination & { installed: string[] }): string {
  return [
    `backend: ${backend} (${reason})`,
    ...(backend === "null" ? [`${nullBackendWords}; what is missing is below`] : []),
    table(["CHECK", "STATE", "DETAIL"], findings.map(findingRow)),
    ...(installed.length > 0 ? [`installed: ${installed.join(" ")}`] : []),
  ].join("\n");
}

function findingRow({ name, state, detail, debianPackage }: Finding): string[] {
  const remedy = state !== "ok" && debianPackage ? ` (Debian package ${debianPackage})` : "";
  return [name, state, `${detail}${remedy}`];
}
