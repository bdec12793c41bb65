/** The connection ended, or fell silent, before the answer was whole. */
export class CutConnection extends Error {
  override readonly name = "CutConnection";
  /** The connection is there, but nothing moves on it. */
  readonly isSilence: boolean;

  constructor(message: string, { isSilence = false } = {}) {
    super(message);
    this.isSilence = isSilence;
  }
}

/** The connection was closed while it was idle: the same request on a new one is no second try. */
export class StaleConnection extends Error {
  override readonly name = "StaleConnection";
}

/** What came is not an answer that this client accepts, so where its body ends cannot be known. */
export class BadAnswer extends Error {
  override readonly name = "BadAnswer";
}
