"use strict";

// How far back predictions reach, over all of the text.
function showReach() {
  const norms = page.data.gradientNorms;
  section(
    "reach", "How far back predictions reach",
    "A network learns from a character only as far back as the gradient of its predictions goes: the "
      + "mean norm of the gradient of a character's surprisal by the embedding of one before it, in "
      + "nats.",
    page.lineChart({
      id: "reach-chart", title: "Gradient by the distance", height: 260, log: { x: true, y: true },
      axes: [{ key: "distance", name: "characters back" }],
      series: [{
        name: "norm", color: "--blue", dots: true, y: norms,
        x: { distance: norms.map((_, index) => index + 1) },
      }],
    }));
}
