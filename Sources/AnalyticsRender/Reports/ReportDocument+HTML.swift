extension ReportDocument {
    /// The report as a page in HTML, in UTF-8: one file without scripts that refers to nothing else.
    ///
    /// It is light or dark as whoever reads it prefers, fits a window of 320 pixels or more, and can be printed. All
    /// texts are escaped.
    public func html() -> [UInt8] {
        Array(ReportPage(self).html.utf8)
    }
}
