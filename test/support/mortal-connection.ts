import { type Aws, connect, type ConnectOptions } from "../../src/aws/connect.ts";

export interface Death {
  /** 1: the first call. */
  atCall: number;
  /** Whether AWS still gets that call; its answer is lost either way. */
  when: "before" | "after";
  /** Which calls count; default all. */
  among?: (action: string) => boolean;
}

/** Calls that change something: a death between two others cannot be told from one of these. */
export function changesSomething(action: string): boolean {
  return !/^(Describe|Get)/.test(action);
}

/** What a call throws once the process that made it is "dead". */
class Killed extends Error {
  override readonly name = "Killed";
}

/** A connection that dies with its nth call to EC2, STS, IAM or S3, as `kill -9` of the CLI would end it. */
export async function mortalConnection(
  options: ConnectOptions,
  death: Death,
): Promise<{ aws: Aws; calls: string[] }> {
  const aws = connect(options);
  const calls: string[] = [];
  let isDead = false;
  const die = (): never => {
    isDead = true;
    throw new Killed(`killed ${death.when} call ${death.atCall}`);
  };
  async function guard<Answer>(action: string, next: () => Promise<Answer>): Promise<Answer> {
    if (isDead) return die();
    if (death.among?.(action) === false) return next();
    calls.push(action);
    const isLast = calls.length === death.atCall;
    if (isLast && death.when === "before") return die();
    if (!isLast) return next();
    // What AWS answered, be it an error, never arrives.
    await next().catch(() => undefined);
    return die();
  }
  const ec2 = await aws.ec2();
  const sts = await aws.sts();
  const iam = await aws.iam();
  const s3 = await aws.s3();
  const where = { step: "initialize" } as const;
  ec2.middlewareStack.add(
    (next, { commandName = "" }) =>
      (args) =>
        guard(commandName, () => next(args)),
    where,
  );
  sts.middlewareStack.add(
    (next, { commandName = "" }) =>
      (args) =>
        guard(commandName, () => next(args)),
    where,
  );
  iam.middlewareStack.add(
    (next, { commandName = "" }) =>
      (args) =>
        guard(commandName, () => next(args)),
    where,
  );
  s3.middlewareStack.add(
    (next, { commandName = "" }) =>
      (args) =>
        guard(commandName, () => next(args)),
    where,
  );
  return { aws, calls };
}

/** Whether the work died with its connection; what else goes wrong is thrown. */
export async function wasKilled(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return false;
  } catch (error) {
    if (error instanceof Killed) return true;
    throw error;
  }
}
