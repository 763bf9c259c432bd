"use strict";

// What the page's data says, decoded when it is asked for. Cells are numbered through all layers.
const inside = (() => {
  const { model, window: shown, expectations, places, alphabet } = page.data;
  const cells = model.layers * model.hidden;

  /// The bytes of base64, signed or not.
  function decode(text, Kind) {
    const binary = atob(text);
    const bytes = new Kind(binary.length);
    for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index);
    return bytes;
  }

  function once(make) {
    const made = new Map();
    return (key) => {
      if (!made.has(key)) made.set(key, make(key));
      return made.get(key);
    };
  }

  const windowBytes = once((key) => {
    const [layer, activity] = key.split(" ");
    return decode(shown.values[layer][activity].bytes, Int8Array);
  });
  const placeBytes = once((layer) => decode(places.hidden[layer], Int8Array));
  const reach = once(() => decode(expectations.reach, Uint8Array));

  return {
    cells,
    length: shown.symbols.length,
    activities: shown.activities,
    curves: new Map(
      page.data.ablation.curves.map((curve) => [`${curve.layer}.${curve.cell}`, curve])),

    /// A symbol as it is named alone, and as it stands in a text.
    name: (symbol) => ({ "U+000A": "↵", "U+0020": "␣", "U+0009": "⇥" })[alphabet.names[symbol]]
      ?? alphabet.names[symbol],
    text: (symbol) => alphabet.texts[symbol],
    label: (layer, cell) => `${layer + 1}.${cell}`,

    scale: (layer, activity) => shown.values[layer][activity].scale,

    /// What a cell did at a character of the window.
    value(layer, activity, position, cell) {
      const { scale } = shown.values[layer][activity];
      return this.bytes(layer, activity)[position * model.hidden + cell] / 127 * scale;
    },

    /// `[character, cell]` of the window, in 127ths of the scale.
    bytes: (layer, activity) => windowBytes(`${layer} ${activity}`),

    /// Hidden states in 127ths, of the window (place −1) or a further place.
    hidden(place, layer) {
      if (place < 0) return windowBytes(`${layer} 0`);
      const size = places.length * model.hidden;
      return placeBytes(layer).subarray(place * size, (place + 1) * size);
    },

    /// The gradient's norm by the character so many before, from 1 on.
    reach(position, distance) {
      const { reachLength, maxima } = expectations;
      return reach("")[position * reachLength + distance - 1] / 255 * maxima[position];
    },
  };
})();
