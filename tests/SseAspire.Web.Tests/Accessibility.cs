using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace SseAspire.Web.Tests;

/// <summary>What axe finds wrong with a page as it stands.</summary>
internal static class Accessibility
{
    /// <returns>A line a violation, with the elements that have it.</returns>
    public static async Task<IReadOnlyList<string>> ViolationsAsync(IPage page) =>
        [.. (await page.RunAxe()).Violations.Select(violation =>
            $"{violation.Id}: {violation.Help} {string.Join("; ", violation.Nodes.Select(node => node.Html))}")];
}
