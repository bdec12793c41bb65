import { type Inquiry, isPresent, openInquiry, type Person } from "../../ask.ts";
import { decimal, duration, text, wholeNumber } from "../../parsers.ts";
import { parseRegion } from "../../parse-place.ts";
import { byteSize, monthlyRate, positive } from "../../quantity-parsers.ts";
import type { AdviseInput } from "./advise-input.ts";

/** What training reads decides whether a copy is needed at all: it is asked for first. */
const untold = "not told";

/**
 * Asks a person at a terminal for what changes the answer and was not given as a flag. Whoever gave the dataset has
 * decided to use flags and is asked nothing; without a terminal, too, the input stays as it is.
 */
export async function askForRest(input: AdviseInput, person: Person): Promise<AdviseInput> {
  if (input.dataset !== undefined || !isPresent(person)) return input;
  const inquiry = openInquiry(person);
  try {
    return { ...input, ...(await answers(input, inquiry)) };
  } finally {
    inquiry.close();
  }
}

async function answers(input: AdviseInput, { ask }: Inquiry): Promise<Partial<AdviseInput>> {
  const bytesPerStep =
    input.bytesPerStep ??
    (await ask("what one step of training reads", positive(byteSize), untold));
  const stepTime =
    bytesPerStep === undefined
      ? undefined
      : (input.stepTime ?? (await ask("how long a step takes", positive(duration), "1s")) ?? 1_000);
  const dataset = (await ask("size of the dataset", positive(byteSize), "100GB")) ?? 100e9;
  const objects =
    input.objects ?? (await ask("files in it", positive(wholeNumber), "one for each 100 MB"));
  const checkpoint =
    input.checkpoint ?? (await ask("size of a checkpoint", positive(byteSize), untold));
  const type =
    input.instanceType.length > 0 ? undefined : await ask("instance type", text, "c5.2xlarge");
  const region =
    input.inRegion.length > 0 ? undefined : await ask("region", parseRegion, "that of --region");
  const hours = input.hours ?? (await ask("hours a month that it runs", positive(decimal), "300"));
  const restarts =
    input.restarts ?? (await ask("interruptions, such as 30/month", monthlyRate, "by the hours"));
  const nodes = input.nodes ?? (await ask("machines side by side", positive(wholeNumber), "1"));
  const delayValue =
    input.delayValue ?? (await ask("USD that an hour of waiting costs you", decimal, "0"));
  return {
    bytesPerStep,
    stepTime,
    dataset,
    objects,
    checkpoint,
    ...(type === undefined ? {} : { instanceType: [type] }),
    ...(region === undefined ? {} : { inRegion: [region] }),
    hours,
    restarts,
    nodes,
    delayValue,
  };
}
