"use strict";

// What every page starts from. `page.data` is what the program measured.
const page = {
  data: JSON.parse(document.getElementById("data").textContent),
  main: document.querySelector("main"),

  /// A number in few digits, for axes and read-outs.
  number(value, digits = 6) {
    if (!Number.isFinite(value)) return "–";
    const size = Math.abs(value);
    if (size >= 1e15 || (size > 0 && size < 1e-3)) {
      return value.toExponential(Math.max(0, digits - 1)).replace(/\.?0+e/, "e").replace("e+", "e");
    }
    return Number(value.toPrecision(Math.max(digits, Math.ceil(Math.log10(size + 1)))))
      .toLocaleString("en", { maximumFractionDigits: 15 });
  },

  /// Makes an element: attributes by name, functions as listeners; then what stands in it.
  element(name, attributes = {}, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (typeof value === "function") element.addEventListener(key, value);
      else if (value !== false && value != null) element.setAttribute(key, value);
    }
    element.append(...children.flat().filter((child) => child != null));
    return element;
  },

  /// Makes an element of an SVG picture.
  svg(name, attributes = {}, ...children) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value != null) element.setAttribute(key, value);
    }
    element.append(...children.flat().filter((child) => child != null));
    return element;
  },
};
