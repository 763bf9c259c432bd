"use strict";

// The way to the engine: a worker, so that the page stays awake, or where a browser starts none from a
// file, the page itself in slices of time.
class Link {
  constructor() {
    this.waiting = new Map();
    this.count = 0;
    this.send = null;
  }

  /// Returns what the engine says of itself. - place: "page" for no worker.
  async open(request, place = "worker") {
    if (place === "worker") {
      try {
        return await this.openIn(await this.worker(), "worker", request);
      } catch {
        this.waiting.clear();
      }
    }
    return this.openIn(serve((message) => this.take(message)), "page", request);
  }

  async openIn(send, place, request) {
    this.send = send;
    return { place, ...(await this.ask("open", request)) };
  }

  async worker() {
    const source = document.getElementById("engine").textContent;
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    try {
      const worker = new Worker(url);
      worker.onmessage = ({ data }) => this.take(data);
      worker.onerror = () => {
        for (const { fail } of this.waiting.values()) fail(new Error("the worker ended"));
      };
      return (message) => worker.postMessage(message);
    } finally {
      // Once the worker has its source.
      setTimeout(() => URL.revokeObjectURL(url), 10_000);
    }
  }

  /// - report: takes symbols that come before the answer.
  ask(kind, request = {}, report = null) {
    const id = ++this.count;
    return new Promise((done, fail) => {
      this.waiting.set(id, { done, fail, report });
      this.send({ id, kind, ...request });
    });
  }

  stop() {
    this.send({ kind: "stop" });
  }

  take({ id, kind, ...answer }) {
    const asked = this.waiting.get(id);
    if (!asked) return;
    if (kind === "symbols") return asked.report?.(answer.symbols);
    this.waiting.delete(id);
    if (kind === "done") asked.done(answer);
    else asked.fail(new Error(answer.reason));
  }
}
