"use strict";

// The page from top to bottom.
{
  const { model, survey, places, window: shown } = page.data;
  const states = shown.activities.length > 1 ? "all states and gates" : "the hidden states";
  page.main.append(
    page.element("h1", {}, `Inside ${model.name}`),
    page.element(
      "p", {}, `What the ${counted(inside.cells, "cell")} of this ${model.cell.toUpperCase()} `
        + `(${counted(model.layers, "layer")} of ${model.hidden}) do as it reads a text of `
        + `${counted(survey.characters, "character")}.`));
  showCells();
  showControls();
  showText();
  showMap();
  showPattern();
  showReach();
  section(
    "extent", "What is on this page",
    `Cells were sought in ${counted(survey.read, "character")}, ${counted(survey.pieces, "piece")} `
      + `spread evenly. The page has ${states} for ${counted(inside.length, "character")} from `
      + `character ${shown.offset.toLocaleString("en")} on, and the hidden states alone for `
      + `${counted(places.offsets.length, "further place")} of `
      + `${counted(places.length, "character")}. A value is a byte: hidden states are off by at `
      + "most 0.004, other values by 1/254 of the largest of the layer. Gradients go back "
      + `${page.data.expectations.reachLength} characters. Of each feature up to five cells are `
      + `here, of ${counted(survey.foundCount, "pair")} of a cell and a feature that were found; `
      + "charlstm inspect --json has all. Layers count from 1, cells and characters from 0.");
}
