// Owns dist/bundle: main.ts and the worker as JavaScript, with what is loaded lazily in chunks of its own.
// Never leaves a bundle whose worker cannot be found: the build fails instead.

const ROOT = new URL("../", import.meta.url).pathname;
/** Relative to the root; the bundle keeps these places, with .js for .ts. */
const ENTRY_POINTS = ["main.ts", "lib/manager/worker.ts"];
const WORKER_URL = /new URL\("[./]*(?:lib\/)?manager\/worker\.ts", import\.meta\.url\)/g;
const WORKER_URL_IN_BUNDLE = 'new URL("./lib/manager/worker.js", import.meta.url)';

export interface Bundle {
  readonly entryPoint: string;
  /** Every file, the entry point among them. */
  readonly files: readonly string[];
}

export async function bundle(root = ROOT): Promise<Bundle> {
  const outDir = `${root}dist/bundle`;
  await removeIfThere(outDir);
  // Without --minify, which breaks a dynamic require below @kubernetes/client-node.
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--code-splitting", "--outdir", outDir, ...ENTRY_POINTS],
    cwd: root,
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`Cannot bundle: ${new TextDecoder().decode(stderr)}`);
  const files = [...filesUnder(outDir)];
  await pointToWorker(files);
  return { entryPoint: `${outDir}/main.js`, files };
}

/** All code is moved up into the bundle's folder, so the path from guard to worker changes. */
async function pointToWorker(files: readonly string[]): Promise<void> {
  let count = 0;
  for (const file of files) {
    const text = await Deno.readTextFile(file);
    const changed = text.replaceAll(WORKER_URL, () => {
      count++;
      return WORKER_URL_IN_BUNDLE;
    });
    if (changed !== text) await Deno.writeTextFile(file, changed);
  }
  if (count !== 1) {
    throw new Error(
      'Cannot point the bundle to its worker: expected new URL("…/manager/worker.ts", ' +
        `import.meta.url) once, found it ${count} times`,
    );
  }
}

function* filesUnder(folder: string): Generator<string> {
  for (const entry of Deno.readDirSync(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* filesUnder(path);
    else yield path;
  }
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

if (import.meta.main) {
  const { files } = await bundle();
  for (const file of files.toSorted()) {
    const kib = Math.ceil(Deno.statSync(file).size / 1024);
    console.log(`${String(kib).padStart(6)} KiB  ${file.slice(ROOT.length)}`);
  }
}
