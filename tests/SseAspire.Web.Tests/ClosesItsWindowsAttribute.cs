using System.Reflection;
using SseAspire.Web.Tests;
using Xunit.v3;

[assembly: ClosesItsWindows]

namespace SseAspire.Web.Tests;

/// <summary>After each test, closes the windows that it has opened.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class ClosesItsWindowsAttribute : BeforeAfterTestAttribute
{
    /// <inheritdoc />
    public override void After(MethodInfo methodUnderTest, IXunitTest test) =>
        // Not on the test's own synchronization context, which waits here.
        Task.Run(() => Browser.CloseWindowsOfAsync(test.UniqueID)).Wait(TimeSpan.FromSeconds(60));
}
