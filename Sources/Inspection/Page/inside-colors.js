"use strict";

// The colors of values, blue below 0 and orange above, as the reader's light or dark page has them.
const colors = (() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const listeners = [];
  let ends;

  /// A color of the page in numbers.
  function resolve(name) {
    const probe = page.element("span", { style: `color: var(${name})` });
    document.body.append(probe);
    const numbers = getComputedStyle(probe).color.match(/[\d.]+/g).slice(0, 3).map(Number);
    probe.remove();
    return numbers;
  }

  function read() {
    ends = {
      low: resolve("--blue"), none: resolve("--ground"), high: resolve("--orange"),
      text: resolve("--text"), mark: resolve("--text"),
    };
  }
  read();
  dark.addEventListener("change", () => {
    read();
    listeners.forEach((listener) => listener());
  });

  return {
    /// Calls when the colors are others.
    watch: (listener) => listeners.push(listener),
    text: () => `rgb(${ends.text.join(" ")})`,
    ground: () => `rgb(${ends.none.join(" ")})`,

    /// Red, green and blue of a share from −1 to 1.
    mix(share) {
      const end = share < 0 ? ends.low : ends.high;
      const part = Math.min(Math.abs(share), 1);
      return ends.none.map((value, index) => Math.round(value + part * (end[index] - value)));
    },

    /// The same behind a text, which stays readable on it.
    behindText(share) {
      return share === 0
        ? "" : `rgb(${this.mix(share * (dark.matches ? 0.6 : 0.7)).join(" ")})`;
    },
  };
})();
