// Owns which files and commands a kubeconfig names, so that the manager's isolate may use just these.
// Never interprets it: that is kubeconfig.ts's, in that isolate.

export interface KubeconfigNeeds {
  readonly read: readonly string[];
  readonly run: readonly string[];
}

/** White space of one line only: else each of many empty lines would be searched to their end. */
const NAMED_FILE =
  /^[ \t\r{,"'-]*(certificate-authority|client-certificate|client-key|tokenFile|token-file|command)["']?\s*:\s*(.+)$/gm;

/**
 * Looks at lines, not at structure, and takes those of all contexts: the isolate that starts the
 * manager parses no YAML. A path it does not find makes the manager say which one it may not read.
 */
export function kubeconfigNeeds(text: string, path: string): KubeconfigNeeds {
  const folder = folderOf(path);
  const read = new Set([path]);
  const run = new Set<string>();
  // Flow style and JSON put several on one line.
  for (const [, key, rest] of text.replace(/[,{]\s*(?=["'\w])/g, "$&\n").matchAll(NAMED_FILE)) {
    const value = scalar(rest!);
    if (value === "") continue;
    if (key === "command" && !value.includes("/")) run.add(value);
    else (key === "command" ? run : read).add(value.startsWith("/") ? value : `${folder}/${value}`);
  }
  return { read: [...read], run: [...run] };
}

/** From which relative paths in the file at `path` count. */
export function folderOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : ".";
}

function scalar(text: string): string {
  const quoted = text.match(/^"((?:[^"\\]|\\.)*)"|^'((?:[^']|'')*)'/);
  if (quoted?.[1] !== undefined) return quoted[1].replace(/\\(.)/g, "$1");
  if (quoted?.[2] !== undefined) return quoted[2].replaceAll("''", "'");
  const comment = text.search(/\s#/);
  return trimEnd(comment === -1 ? text : text.slice(0, comment));
}

/** Without the ends of flow style. By hand: a pattern that is bound to the end alone tries every place. */
function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && /[\s,}\]]/.test(text[end - 1]!)) end--;
  return text.slice(0, end);
}
