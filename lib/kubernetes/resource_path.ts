// Owns the paths of resources in the API, made and read.
// Never knows what a resource means.

export interface ResourcePath {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly namespace: string;
  readonly plural: string;
  readonly name?: string;
  readonly subresource?: string;
}

export function resourcePath(resource: ResourcePath): string {
  const { group, version, namespace, plural, name, subresource } = resource;
  const root = group === "" ? ["api", version] : ["apis", group, version];
  const parts = [...root, "namespaces", namespace, plural, name, subresource];
  return "/" + parts.filter((part) => part !== undefined).map(encodeURIComponent).join("/");
}

export interface PathDescription {
  /** Plural with subresource, as a metric's label: few values, no names. */
  readonly resource: string;
  /** Resource, namespace and name, for messages. */
  readonly subject: string;
}

/** Reads back any path of the API, also those without a namespace. */
export function describePath(path: string): PathDescription {
  const parts = path.split("/").filter((part) => part !== "").map(decodeURIComponent);
  const rest = parts[0] === "apis" ? parts.slice(3) : parts[0] === "api" ? parts.slice(2) : [];
  if (rest.length === 0) return { resource: path, subject: path };
  const isNamespaced = rest[0] === "namespaces" && rest.length > 2;
  const namespace = isNamespaced ? rest[1] : undefined;
  const [plural, name, subresource] = isNamespaced ? rest.slice(2) : rest;
  const place = [namespace, name].filter((part) => part !== undefined).join("/");
  return {
    resource: subresource === undefined ? plural! : `${plural}/${subresource}`,
    subject: [plural, place].filter((part) => part !== "").join(" ") +
      (subresource === undefined ? "" : ` (${subresource})`),
  };
}
