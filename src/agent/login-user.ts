import { readFile } from "node:fs/promises";
import { existsSync } from "node:fs";

/** An account of the instance, as a line of /etc/passwd. */
export interface LoginUser {
  name: string;
  uid: number;
  gid: number;
  home: string;
  shell: string;
}

export const root: LoginUser = { name: "root", uid: 0, gid: 0, home: "/root", shell: "/bin/sh" };

/** The accounts that AWS's AMIs are made with (AWS page "Connect to your Linux instance": default user names). */
const usualNames = ["ec2-user", "ubuntu", "admin", "debian", "rocky", "centos", "fedora"];

/** Who the AMI's maker meant to log in; root where there is no such account. */
export async function findLoginUser(): Promise<LoginUser> {
  const users = parsePasswd(await readFile("/etc/passwd", "utf8"));
  return chooseLoginUser(users.filter((user) => existsSync(user.home)));
}

export function chooseLoginUser(users: readonly LoginUser[]): LoginUser {
  const usual = usualNames.map((name) => users.find((user) => user.name === name));
  // "useradd(8)": people begin at 1000; 65534 is nobody.
  const person = users.find(({ uid, shell }) => uid >= 1_000 && uid < 65_000 && canLogIn(shell));
  return usual.find((user) => user !== undefined) ?? person ?? root;
}

export function parsePasswd(text: string): LoginUser[] {
  return text
    .split("\n")
    .map((line) => line.split(":"))
    .filter((fields) => fields.length === 7)
    .map(([name, , uid, gid, , home, shell]) => ({
      name: name!,
      uid: Number(uid),
      gid: Number(gid),
      home: home!,
      shell: shell!,
    }));
}

function canLogIn(shell: string): boolean {
  return !/\/(nologin|false)$/.test(shell);
}
