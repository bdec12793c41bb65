import { NormalizedSchema } from "@smithy/core/schema";

export interface OperationSchema {
  input: NormalizedSchema;
  output: NormalizedSchema;
}

/** How the SDK's schemas mark an operation: `[9, namespace, name, traits, input, output]`. */
const operationMark = 9;

/**
 * The operations that an SDK client's module describes, by name.
 *
 * The schemas are no promised interface of the SDK: its version is pinned, and a test reads them.
 *
 * @param sdk all exports of a module such as `@aws-sdk/client-ec2`.
 */
export function operationSchemas(
  sdk: Readonly<Record<string, unknown>>,
): (action: string) => OperationSchema | undefined {
  const known = new Map<string, OperationSchema>();
  return (action) => {
    const raw = Object.hasOwn(sdk, `${action}$`) ? sdk[`${action}$`] : undefined;
    if (!Array.isArray(raw) || raw[0] !== operationMark) return undefined;
    const schema = known.get(action) ?? {
      input: NormalizedSchema.of(dereference(raw[4])),
      output: NormalizedSchema.of(dereference(raw[5])),
    };
    known.set(action, schema);
    return schema;
  };
}

type SchemaReference = Parameters<typeof NormalizedSchema.of>[0];

function dereference(reference: unknown): SchemaReference {
  return (typeof reference === "function" ? reference() : reference) as SchemaReference;
}
