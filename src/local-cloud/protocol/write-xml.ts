import type { NormalizedSchema } from "@smithy/core/schema";

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\r": "&#xD;",
};

export function escapeXml(text: string): string {
  return text.replace(/[&<>"\r]/g, (character) => entities[character] ?? character);
}

/**
 * A value as XML by its schema; a structure gives its members without a tag around them.
 *
 * @param defaultItem the tag of a list's entries unless the schema names another.
 */
export function writeXml(schema: NormalizedSchema, value: unknown, defaultItem: string): string {
  if (!schema.isStructSchema()) return writeScalar(schema, value);
  const members = value as Readonly<Record<string, unknown>>;
  let xml = "";
  for (const [name, member] of schema.structIterator()) {
    const content = members[name];
    if (content === undefined || content === null) continue;
    xml += writeMember(name, member, content, defaultItem);
  }
  return xml;
}

function writeMember(
  name: string,
  schema: NormalizedSchema,
  value: unknown,
  defaultItem: string,
): string {
  const traits = schema.getMergedTraits();
  const tag = traits.xmlName ?? name;
  if (schema.isListSchema()) {
    const entry = schema.getValueSchema();
    const entryTag = traits.xmlFlattened ? tag : (entry.getMergedTraits().xmlName ?? defaultItem);
    const entries = (value as readonly unknown[]).map((item) =>
      element(entryTag, writeXml(entry, item, defaultItem)),
    );
    return traits.xmlFlattened ? entries.join("") : element(tag, entries.join(""));
  }
  if (schema.isMapSchema()) {
    const entries = Object.entries(value as object).map(([key, item]) => {
      const content = writeXml(schema.getValueSchema(), item, defaultItem);
      return element("entry", element("key", escapeXml(key)) + element("value", content));
    });
    return element(tag, entries.join(""));
  }
  return element(tag, writeXml(schema, value, defaultItem));
}

function element(tag: string, content: string): string {
  return `<${tag}>${content}</${tag}>`;
}

function writeScalar(schema: NormalizedSchema, value: unknown): string {
  if (schema.isTimestampSchema()) return new Date(value as Date | string).toISOString();
  if (schema.isBlobSchema()) return Buffer.from(value as Uint8Array).toString("base64");
  return escapeXml(String(value));
}
