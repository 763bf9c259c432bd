"use strict";

// What every page starts from. `page.data` is what the program measured.
const page = {
  data: JSON.parse(document.getElementById("data").textContent),
  main: document.querySelector("main"),

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
