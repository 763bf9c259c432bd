/// Texts for pages, each piece tinted by a number: `page.tintedText`.
package enum TintedText {
  package static var style: [UInt8] { PackageResources.tinted_text_css }
  package static var script: [UInt8] { PackageResources.tinted_text_js }
}
