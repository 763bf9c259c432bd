/// Charts for pages that have some: `page.lineChart`, `page.reliabilityDiagram`, `page.matrix`.
package enum Charts {
  package static var style: [UInt8] { PackageResources.chart_css }
  package static var script: [UInt8] { PackageResources.chart_js + PackageResources.diagrams_js }
}
