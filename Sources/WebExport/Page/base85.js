"use strict";

/// The bytes of an element's text, as Base85.swift writes them.
function base85Bytes(id) {
  const text = document.getElementById(id).textContent;
  const words = new Uint32Array(text.length / 5);
  for (let word = 0, at = 0; word < words.length; word++) {
    let value = 0;
    for (let digit = 0; digit < 5; digit++, at++) {
      const code = text.charCodeAt(at);
      value = value * 85 + (code === 0x7d ? 20 : code - 40);
    }
    words[word] = value;
  }
  return words.buffer;
}

/// Those of Base64.
function base64Bytes(id) {
  return Uint8Array.from(atob(document.getElementById(id).textContent), (c) => c.charCodeAt(0)).buffer;
}
