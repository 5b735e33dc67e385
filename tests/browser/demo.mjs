// Starts the demonstration federation once, on a free port and in a folder of its own, and stops it at the end.

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const START_LIMIT_MS = 240_000;
const STOP_LIMIT_MS = 20_000;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

function freePort() {
  return new Promise((found, failed) => {
    const server = createServer();
    server.once("error", failed);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => found(port));
    });
  });
}

/** `ATLAS_URL` tests an Atlas that runs already; otherwise `ATLAS_BIN` or the development build is started. */
export async function startDemo() {
  if (process.env.ATLAS_URL) {
    return { base: process.env.ATLAS_URL.replace(/\/$/, ""), stop: async () => null };
  }
  const binary = resolve(process.env.ATLAS_BIN ?? join(here, "../../target/debug/atlas"));
  const directory = mkdtempSync(join(tmpdir(), "atlas-browser-"));
  const ready = join(directory, "ready");
  const port = await freePort();
  const log = [];
  const child = spawn(
    binary,
    ["demo", "--port", String(port), "--dir", join(directory, "data"), "--ready-file", ready],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (part) => {
      log.push(String(part));
      if (log.length > 400) log.shift();
    });
  }
  const ended = new Promise((done) => {
    child.once("exit", (code, signal) => done({ code, signal }));
    child.once("error", (error) => done({ code: -1, signal: error.message }));
  });
  let outcome = null;
  ended.then((found) => (outcome = found));

  const deadline = Date.now() + START_LIMIT_MS;
  while (!existsSync(ready)) {
    if (outcome) throw new Error(`atlas demo ended with ${JSON.stringify(outcome)}:\n${log.join("")}`);
    if (Date.now() > deadline) {
      child.kill("SIGKILL");
      throw new Error(`atlas demo was not ready after ${START_LIMIT_MS / 1000} s:\n${log.join("")}`);
    }
    await pause(100);
  }

  return {
    base: `http://127.0.0.1:${port}`,
    /** Ends it as Ctrl-C does and returns how it ended. */
    async stop() {
      child.kill("SIGINT");
      const found = await Promise.race([ended, pause(STOP_LIMIT_MS).then(() => null)]);
      if (!found) child.kill("SIGKILL");
      rmSync(directory, { recursive: true, force: true });
      return found;
    },
  };
}
