/** What the demo measured. Nothing in it is written in: a figure that could not be measured is an error. */
export interface DemoResult {
  dataset: { objects: number; bytes: number };
  preWarm: { seconds: number; objectsVerified: number };
  interruptions: Interruption[];
  withoutVolumes: { launchToFirstStepMs: number; lostSteps: number };
  /** Share of the held-out digits that the network names right. */
  accuracy: number;
  leftBehind: {
    instances: number;
    volumes: number;
    loopDevices: number;
    mounts: number;
    namespaces: number;
  };
  seconds: number;
}

export interface Interruption {
  kind: "notice" | "no-notice";
  /** From the moment the notice stood in IMDS; null without a notice. */
  noticeToSigtermMs: number | null;
  noticeToUnmountedMs: number | null;
  /** The step that the run had reached: at SIGTERM, or, without a notice, by the console and the newest checkpoint. */
  stepAtSigterm: number;
  /** The step that the next run began with. */
  resumedFromStep: number;
  lostSteps: number;
  /** From typing `create` for the next run to its first step. */
  launchToFirstStepMs: number;
}
