/** Keys of the moment; those of a role expire. */
export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string | undefined;
}

export interface ExpiringCredentials extends Credentials {
  /** Milliseconds since 1970; undefined: they last. */
  expiresAt: number | undefined;
}

export interface CredentialSource {
  /** Without a promise while the known ones last: it is asked for each request. */
  current(): Credentials | Promise<Credentials>;
  /** For when AWS refused `old`: asks the provider even if they should last. */
  renewed(old: Credentials): Promise<Credentials>;
}

/** The SDK's providers look for new ones from five minutes before the end on; before that they give the same. */
const earlyMs = 300_000;

/** The instance's metadata service may give the old ones still: it is not asked for each request. */
const askAgainMs = 10_000;

/** Keeps credentials and asks the provider again before they expire. */
export function renewingCredentials(
  provide: (options: { forceRefresh: boolean }) => Promise<ExpiringCredentials>,
  now: () => number = Date.now,
): CredentialSource {
  let known: ExpiringCredentials | undefined;
  let askedAt = -Infinity;
  let asking: Promise<ExpiringCredentials> | undefined;

  const lasts = ({ expiresAt }: ExpiringCredentials, ms: number) =>
    expiresAt === undefined || expiresAt - now() > ms;

  function ask(forceRefresh: boolean): Promise<ExpiringCredentials> {
    askedAt = now();
    asking ??= provide({ forceRefresh })
      .then((given) => (known = given))
      .finally(() => void (asking = undefined));
    return asking;
  }

  return {
    current() {
      if (known === undefined) return ask(false);
      if (lasts(known, earlyMs)) return known;
      if (!lasts(known, 0)) return ask(true);
      if (now() - askedAt < askAgainMs) return known;
      const old = known;
      return ask(false).catch(() => old);
    },
    async renewed(old) {
      if (known !== undefined && known.accessKeyId !== old.accessKeyId) return known;
      return ask(true);
    },
  };
}
