import main from '../../playwright.config.ts';

// Takes the pictures of the README from a server whose demo courses are complete:
// HANZHI_URL=… npx playwright test --config e2e/pictures/pictures.config.ts
export default { ...main, testDir: '.', projects: undefined, workers: 1, globalSetup: undefined };
