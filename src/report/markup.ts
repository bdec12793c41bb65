/** Text as it may stand in HTML and SVG, in attributes too. */
export function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** One element; attributes that are undefined are left out, numbers get two decimals at most. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  content = "",
): string {
  const words = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(
      ([key, value]) =>
        ` ${key}="${typeof value === "number" ? short(value) : escape(value ?? "")}"`,
    );
  return `<${name}${words.join("")}>${content}</${name}>`;
}

/** @throws RangeError for what has no place on a page */
function short(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`${value} cannot be drawn`);
  return `${Math.round(value * 100) / 100}`;
}

/** Text in a drawing. */
export function label(
  x: number,
  y: number,
  text: string,
  attributes: Readonly<Record<string, string | number | undefined>> = {},
): string {
  return element("text", { x, y, ...attributes }, escape(text));
}
