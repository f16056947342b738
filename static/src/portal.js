// What pages gain with JavaScript; every page works without it.
import {
  Button,
  Checkboxes,
  ErrorSummary,
  NotificationBanner,
  PasswordInput,
  ServiceNavigation,
  SkipLink,
  createAll,
} from "govuk-frontend";
import { startAutosave } from "./autosave.js";
import { startFolding } from "./folding.js";
import { startReaching } from "./reaching.js";
import { startRegister } from "./register.js";
import { startReveals } from "./reveals.js";

for (const component of [
  Button,
  Checkboxes,
  ErrorSummary,
  NotificationBanner,
  PasswordInput,
  ServiceNavigation,
  SkipLink,
]) {
  createAll(component);
}
startFolding();
startAutosave();
startReaching();
startRegister();
startReveals();
