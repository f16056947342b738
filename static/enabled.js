// Runs before the page is drawn, so that revealed questions do not flash; kept out of the page for the security policy.
document.body.className += " js-enabled" + ("noModule" in HTMLScriptElement.prototype ? " govuk-frontend-supported" : "");
