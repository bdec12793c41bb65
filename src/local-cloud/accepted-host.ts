/** Where a request may have been sent to: anything else is a page of the web that reaches for this port. */
export interface AcceptedHosts {
  /** Loopback names and S3's virtual-host names below `localhost` with this port… */
  port: number;
  /** …and, for guests, this name and port, such as `169.254.170.23:4566`. */
  guestEndpoint?: string;
  region: string;
}

const loopbackNames = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * @returns undefined when the `Host` header is not one of the server's own names; otherwise the
 * bucket that a virtual-host name stands for, if it is one.
 */
export function acceptHost(
  header: string | undefined,
  { port, guestEndpoint, region }: AcceptedHosts,
): { bucket: string | undefined } | undefined {
  const host = header?.toLowerCase() ?? "";
  if (guestEndpoint !== undefined && host === guestEndpoint) return { bucket: undefined };
  if (!host.endsWith(`:${port}`)) return undefined;
  const name = host.slice(0, -`:${port}`.length);
  if (loopbackNames.has(name)) return { bucket: undefined };
  if (!name.endsWith(".localhost")) return undefined;

  const words = name.slice(0, -".localhost".length);
  for (const suffix of [`s3.${region}`, "s3"]) {
    if (words === suffix) return { bucket: undefined };
    if (words.endsWith(`.${suffix}`)) return { bucket: words.slice(0, -suffix.length - 1) };
  }
  return { bucket: words };
}
