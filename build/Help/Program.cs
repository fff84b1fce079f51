using System.Reflection;
using System.Text;
using Gitproc.Help;

// Gitproc.Help ASSEMBLY DOCS OUTPUT: makes help files for the cmdlets of ASSEMBLY, from the pages in the folder DOCS,
// in the folder OUTPUT. Gitproc.Help DOCS OUTPUT: makes the manual pages of the command.
if (args is [var documents, var pagesFolder])
{
    ManualPages.Write(documents, pagesFolder);
    return;
}

if (args is not [var assemblyFile, var docs, var output])
    throw new ArgumentException("Gitproc.Help [ASSEMBLY] DOCS OUTPUT");
var assembly = Assembly.LoadFrom(Path.GetFullPath(assemblyFile));
var cmdlets = CmdletReader.Read(assembly);
var online = CmdletReader.OnlineFolder(assembly);
// Missing pages are not an error here: tests/Pester/Help.Tests.ps1 reports them.
var pages = Directory
    .EnumerateFiles(docs, "*-*.md")
    .Order(StringComparer.Ordinal)
    .Select(file => HelpPage.Read(file, online))
    .ToDictionary(page => page.Title);
Directory.CreateDirectory(output);
MamlFile.Write(
    Path.Combine(output, "Gitproc.PowerShell.dll-Help.xml"),
    cmdlets.Where(cmdlet => pages.ContainsKey(cmdlet.Name)).Select(cmdlet => (cmdlet, pages[cmdlet.Name])),
    online);
foreach (var file in Directory.EnumerateFiles(docs, "about_*.md"))
    File.WriteAllText(
        Path.Combine(output, Path.GetFileNameWithoutExtension(file) + ".help.txt"),
        AboutTopic.Of(HelpPage.Read(file, online)),
        new UTF8Encoding(false));
