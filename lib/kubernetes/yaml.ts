// Owns writing plain values as YAML for people and kubectl.
// Never reads YAML.

const INDENT = "  ";

export type PlainValue =
  | string
  | number
  | boolean
  | readonly PlainValue[]
  | { readonly [key: string]: PlainValue };

/** Block style, keys in their order, ending in a line end. */
export function toYaml(value: PlainValue): string {
  if (isScalar(value)) return `${scalar(value)}\n`;
  return lines(value, "").join("\n") + "\n";
}

function lines(value: PlainValue, indent: string): string[] {
  if (isScalar(value)) return [`${indent}${scalar(value)}`];
  if (isList(value)) {
    if (value.length === 0) return [`${indent}[]`];
    return value.flatMap((item) => {
      const [first, ...rest] = lines(item, indent + INDENT);
      return [`${indent}- ${first!.slice(indent.length + INDENT.length)}`, ...rest];
    });
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return [`${indent}{}`];
  return entries.flatMap(([key, entry]) => {
    const label = `${indent}${scalar(key)}:`;
    if (isScalar(entry)) return [`${label} ${scalar(entry)}`];
    const isEmpty = Object.keys(entry).length === 0;
    return isEmpty
      ? [`${label} ${isList(entry) ? "[]" : "{}"}`]
      : [label, ...lines(entry, indent + INDENT)];
  });
}

function isList(value: PlainValue): value is readonly PlainValue[] {
  return Array.isArray(value);
}

function isScalar(value: PlainValue): value is string | number | boolean {
  return typeof value !== "object";
}

/** JSON strings are YAML strings; plain words that YAML takes for nothing else stay bare. */
function scalar(value: string | number | boolean): string {
  if (typeof value !== "string") return String(value);
  const isPlain = /^[A-Za-z][\w./-]*( [\w./-]+)*$/.test(value) &&
    !/^(true|false|yes|no|on|off|null|y|n)$/i.test(value);
  return isPlain ? value : JSON.stringify(value);
}
