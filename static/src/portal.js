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
import { startChoosing } from "./choosing.js";
import { startFolding } from "./folding.js";
import { startPasskeys } from "./passkeys.js";
import { startQuestions } from "./questions.js";
import { startReaching } from "./reaching.js";
import { startRegister } from "./register.js";
import { startReveals } from "./reveals.js";
import { startStaying } from "./staying.js";

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
// Before what saves: a form that stays goes on being saved.
startReaching();
startAutosave();
startChoosing();
startPasskeys();
startQuestions();
startRegister();
startReveals();
startStaying();
