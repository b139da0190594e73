// live.js is first: it keeps what the server sent before another module changes it.
import "./live.js";
import "./theme.js";
import "./format.js";
import "./forms.js";
import "./dialogs.js";
import "./copy.js";
import "./charts.js";
import "./upload.js";
import "./raised.js";
import "./demo.js";
import "./depends.js";
import "./moments.js";
import "./preview.js";
import "./frames.js";
