/// Charts for pages that have some: `page.lineChart`, `page.reliabilityDiagram`, `page.matrix`.
package enum Charts {
  package static var style: [UInt8] { PackageResources.chart_css }
  /// In this order.
  package static var scripts: [[UInt8]] {
    [
      PackageResources.chart_data_js, PackageResources.chart_picture_js, PackageResources.chart_js,
      PackageResources.diagrams_js,
    ]
  }
}
