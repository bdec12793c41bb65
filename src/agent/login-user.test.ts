import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseLoginUser, parsePasswd } from "./login-user.ts";

const passwd = `root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
alice:x:1001:1001::/home/alice:/bin/zsh
ec2-user:x:1000:1000:EC2:/home/ec2-user:/bin/bash
`;

test("the AMI's own account comes before other people", () => {
  assert.equal(chooseLoginUser(parsePasswd(passwd)).name, "ec2-user");
});

test("without a known account it is the first person who can log in, and else root", () => {
  const users = parsePasswd(passwd).filter(({ name }) => name !== "ec2-user");

  assert.equal(chooseLoginUser(users).name, "alice");
  assert.equal(chooseLoginUser(users.filter(({ name }) => name !== "alice")).name, "root");
});
