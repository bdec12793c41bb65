/** What a 1 says: published copies of one and the same trace differ in it. */
export type Sign = "available" | "preempted";

export interface TraceSource {
  /** Of the file; names the zone of formats that have one zone and do not name it. */
  name: string;
  text: string;
  /** Needed where the format itself does not say. */
  sign: Sign | undefined;
  /** Seconds between two looks, for a file that does not say or says it wrong. */
  tickSeconds: number | undefined;
}
