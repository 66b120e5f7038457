namespace SseAspire.Testing;

/// <summary>Where the repository is, seen from a test that runs out of its build folder.</summary>
public static class RepositoryRoot
{
    /// <summary>The folder with the solution.</summary>
    public static string Path { get; } = Find();

    /// <summary>The configuration that the tests were built in, which is the one that the parts are taken in.</summary>
    public static string Configuration { get; } =
        new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(System.IO.Path.DirectorySeparatorChar)).Parent!.Name;

    /// <summary>The built assembly of one of the product's parts.</summary>
    public static string AssemblyOf(string part) =>
        System.IO.Path.Combine(Path, part, "bin", Configuration, "net10.0", part + ".dll");

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "SseAspire.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"{AppContext.BaseDirectory} is not inside the repository.");
    }
}
