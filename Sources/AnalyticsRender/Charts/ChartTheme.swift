/// Which ground a chart is drawn for.
///
/// A chart is transparent unless it has a ground of its own: its lines and words suit the page that it stands on.
public enum ChartTheme: Sendable {
    /// A light page, and paper.
    case light
    /// A dark page.
    case dark
    /// Light, and dark where whoever looks at it prefers that (`prefers-color-scheme`).
    ///
    /// A renderer that does not know the media query, such as librsvg, draws the light one.
    case automatic
    /// The page's: its style sheet sets the `color` of the classes `chart-text`, `chart-muted`, `chart-grid`, `chart-zero`,
    /// `chart-data` and `chart-previous`. A chart of days says in `data-left`, `data-right`, `data-top` and `data-bottom` where
    /// in it they are drawn.
    case page
}
