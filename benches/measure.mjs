// Times a running Atlas: results pages, one client after the other requests, and its memory when idle.
// Usage: node benches/measure.mjs http://127.0.0.1:8080 [pid of the server]

import { readFileSync } from "node:fs";
import { Agent, get } from "node:http";

const [base, pid] = process.argv.slice(2);
if (!base) {
  console.error("usage: node benches/measure.mjs ADDRESS [PID]");
  process.exit(1);
}
const WARM_UP = 50;
const REQUESTS = 1000;
const IDLE_SECONDS = 30;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

const PAGES = {
  home: ["/"],
  "results, all": ["/datasets"],
  "results, words": ["/datasets?q=lung+cancer", "/datasets?q=breast+mri", "/datasets?q=nsclc", "/datasets?q=brain+tumour"],
  "results, filters": ["/datasets?modality=ct", "/datasets?modality=mr&modality=pt", "/datasets?q=cancer&modality=ct&page=2"],
};

function time(path) {
  return new Promise((done, failed) => {
    const started = process.hrtime.bigint();
    get(base + path, { agent, headers: { "accept-encoding": "gzip" } }, (answer) => {
      let bytes = 0;
      answer.on("data", (part) => (bytes += part.length));
      answer.on("end", () => {
        if (answer.statusCode !== 200) failed(new Error(`${path} answered ${answer.statusCode}`));
        else done({ ms: Number(process.hrtime.bigint() - started) / 1e6, bytes });
      });
    }).on("error", failed);
  });
}

const rank = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];

console.log("| page | requests | p50 ms | p95 ms | p99 ms | bytes compressed |\n|---|---|---|---|---|---|");
for (const [name, paths] of Object.entries(PAGES)) {
  for (let i = 0; i < WARM_UP; i += 1) await time(paths[i % paths.length]);
  const all = [];
  let bytes = 0;
  for (let i = 0; i < REQUESTS; i += 1) {
    const one = await time(paths[i % paths.length]);
    all.push(one.ms);
    bytes = Math.max(bytes, one.bytes);
  }
  all.sort((a, b) => a - b);
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => rank(all, share).toFixed(2));
  console.log(`| ${name} | ${REQUESTS} | ${p50} | ${p95} | ${p99} | ${bytes} |`);
}
agent.destroy();
if (pid) {
  await new Promise((done) => setTimeout(done, IDLE_SECONDS * 1000));
  const rss = readFileSync(`/proc/${pid}/status`, "utf8").match(/VmRSS:\s+(\d+) kB/);
  console.log(`\nresident when idle: ${(Number(rss[1]) / 1024).toFixed(0)} MiB`);
}
