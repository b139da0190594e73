/// A rectangle on a page, in points from the upper left corner.
struct Frame: Equatable {
    var x: Double
    var y: Double
    var width: Double
    var height: Double
}
