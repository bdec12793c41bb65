import type { ObservedRequest } from "../../src/local-cloud/request-observer.ts";

/**
 * Tells the steps of a story apart, so that somebody can be killed at each of them once, also at those
 * that a later version adds. A step is a call together with the last change before it: the tag that is removed
 * after an attachment is another than the one that is removed after a detachment.
 */
export interface NewSteps {
  /**
   * The name of the request's step the first time that it is seen, else undefined.
   *
   * @param circumstance tells apart changes of one name that come early and late.
   */
  see(request: Step, circumstance?: string): string | undefined;
  /** Whoever makes the calls was killed, and begins again. */
  restart(): void;
  names: readonly string[];
}

/** @param counts which requests are steps; default all. */
export function newSteps(counts: (request: Step) => boolean = () => true): NewSteps {
  const names = new Set<string>();
  let change = "its start";
  return {
    see({ action, phase }, circumstance = "") {
      // Logs are sent whenever it is time, so nothing is said to come after one.
      const place = changesSomething(action)
        ? ` after ${change}${circumstance}`
        : ` after ${change}`;
      const name = `${phase} ${action}${isLog(action) ? "" : place}`;
      if (phase === "after" && changesSomething(action) && !isLog(action)) change = action;
      if (names.has(name) || !counts({ action, phase })) return undefined;
      names.add(name);
      return name;
    },
    restart() {
      change = "its start";
    },
    get names() {
      return [...names];
    },
  };
}

type Step = Pick<ObservedRequest, "action" | "phase">;

const isLog = (action: string) => action === "PutObject";

export function changesSomething(action: string): boolean {
  return !/^(Describe|Get|Head|List)/.test(action);
}
