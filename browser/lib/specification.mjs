// What the command line says of the book, to hold the site against.

import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { ROOT } from "./site.mjs";

const run = promisify(execFile);

/** Runs `vfio-spec` on the book of this repository: `{ code, out, err }`. */
export async function spec(...words) {
  const command = process.env.VFIO_SPEC
    ? [process.env.VFIO_SPEC, words]
    : ["cargo", ["run", "--locked", "--quiet", "--", ...words]];
  try {
    const { stdout, stderr } = await run(...command, { cwd: ROOT, maxBuffer: 1 << 26 });
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    if (typeof error.code !== "number") throw error;
    return { code: error.code, out: error.stdout, err: error.stderr };
  }
}

/** The rows of a CSV that has no quotes, by the names of its columns. */
export async function csv(...words) {
  const { code, out, err } = await spec(...words);
  if (code !== 0) throw new Error(`vfio-spec ${words.join(" ")}: ${err}`);
  const [head, ...lines] = out.trimEnd().split("\n").map((line) => line.split(","));
  return lines.map((cells) => Object.fromEntries(head.map((name, n) => [name, cells[n]])));
}
