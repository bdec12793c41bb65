/** Words of names that hold secrets. */
const secretWords = /(^|_)(SECRET|TOKEN|PASSWORD|PASSWD|API_?KEY|ACCESS_KEY|PRIVATE_KEY)(_|$)/i;

/** A warning for `--env` variables whose names are those of secrets; undefined where there are none. */
export function warnOfSecrets(env: ReadonlyArray<readonly [name: string, value: string]>) {
  const names = env.map(([name]) => name).filter((name) => secretWords.test(name));
  if (names.length === 0) return undefined;
  const [first, ...others] = names;
  const what =
    others.length > 0 ? `${names.join(", ")} look like secrets` : `${first} looks like a secret`;
  return `${what}: whoever may see the instance in EC2, or read the staging bucket, can read --env`;
}
