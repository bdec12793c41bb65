import { parseXml as parse, type XmlElement } from "@rgrove/parse-xml";
import { malformedXml } from "./s3-error.ts";

const namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

/** Text between tags; undefined members are left out, so that answers can be written as one literal. */
type XmlContent = string | number | boolean | undefined | XmlMembers;
/** A list gives one element of that name for each entry. */
export interface XmlMembers {
  readonly [name: string]: XmlContent | readonly XmlContent[];
}

/** A whole answer document of S3. */
export function xmlDocument(root: string, members: XmlMembers): string {
  return `${declaration}<${root} xmlns="${namespace}">${xmlElements(members)}</${root}>`;
}

/** An error document: S3 gives it no namespace. */
export function xmlError(members: XmlMembers): string {
  return `${declaration}<Error>${xmlElements(members)}</Error>`;
}

const declaration = `<?xml version="1.0" encoding="UTF-8"?>\n`;

function xmlElements(members: XmlMembers): string {
  let written = "";
  for (const [name, content] of Object.entries(members)) {
    const entries: readonly XmlContent[] = isList(content) ? content : [content];
    for (const entry of entries) {
      if (entry === undefined) continue;
      const inner = typeof entry === "object" ? xmlElements(entry) : escapeXml(String(entry));
      written += `<${name}>${inner}</${name}>`;
    }
  }
  return written;
}

function isList(content: XmlContent | readonly XmlContent[]): content is readonly XmlContent[] {
  return Array.isArray(content);
}

const special = /[&<>"\p{Cc}]/gu;
const named: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escapeXml(text: string): string {
  if (text.search(special) === -1) return text;
  // S3 writes control characters as references, although XML 1.0 forbids most of them.
  return text.replace(special, (char) => named[char] ?? `&#x${char.charCodeAt(0).toString(16)};`);
}

/** The root element of a request document. @throws S3Error MalformedXML. */
export function parseRequestXml(body: string, root: string): XmlElement {
  try {
    const document = parse(body);
    if (document.root?.name === root) return document.root;
  } catch {
    // Not XML: answered like XML of another kind.
  }
  throw malformedXml();
}

/** The elements of that name directly below `parent`. */
export function childrenNamed(parent: XmlElement, name: string): XmlElement[] {
  return parent.children.filter(
    (child): child is XmlElement =>
      child.type === "element" && "name" in child && child.name === name,
  );
}

/** The text of the first element of that name directly below `parent`. */
export function childText(parent: XmlElement, name: string): string | undefined {
  return childrenNamed(parent, name)[0]?.text;
}
