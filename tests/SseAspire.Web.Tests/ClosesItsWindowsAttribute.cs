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
    public override ValueTask After(MethodInfo methodUnderTest, IXunitTest test) => Browser.CloseWindowsOfAsync(test.UniqueID);
}
